import { counted } from '../domain/counted.ts';
import type { Refusal } from './refusal.ts';

const SHOWN = 50;

const render = ({ file, line, column, severity, message, fix }: Refusal): string =>
  `${severity === 'error' ? '✗' : '!'} ${file}:${line}:${column}  ${message.replace(/\s+/g, ' ')}\n    ${fix}`;

/** For a terminal: each place and its fix, then the sum. Errors come first when there are too many to show, and `end` after their sum. Empty for an empty list. */
export const renderRefusals = (refusals: readonly Refusal[], end = 'Nothing was touched.'): string => {
  if (refusals.length === 0) return '';
  const errors = refusals.filter(({ severity }) => severity === 'error');
  const warnings = refusals.filter(({ severity }) => severity === 'warning');
  const shown = refusals.length <= SHOWN ? refusals : [...errors, ...warnings].slice(0, SHOWN);
  const left = refusals.length - shown.length;
  const sums = [
    errors.length > 0 ? counted(errors.length, 'error') : '',
    warnings.length > 0 ? counted(warnings.length, 'warning') : '',
  ];
  const sum = `${sums.filter((each) => each !== '').join(', ')}.${errors.length > 0 ? ` ${end}` : ''}`;
  return [...shown.map(render), left > 0 ? `… and ${left} more.` : '', sum].filter((part) => part !== '').join('\n');
};

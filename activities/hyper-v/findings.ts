import type { Finding, Severity } from '../../domain/finding.ts';

export const GIGABYTE = 1024 ** 3;

export type Find = (id: string, severity: Severity, message: string, fix: string) => Finding;
export const finder =
  (subject: string): Find =>
  (id, severity, message, fix) => ({ id, severity, subject, message, fix });

/** One finding where the condition holds. */
export const when = (holds: boolean, finding: () => Finding): readonly Finding[] => (holds ? [finding()] : []);

export const gigabytes = (bytes: number): string => `${Math.round(bytes / GIGABYTE)} GB`;

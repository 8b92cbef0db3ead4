import { type Ballot, tallyText } from './ballot.ts';
import { instant } from './words.ts';

/** What a gate asks of those who decide, and how far they are; nothing where one approval is all. */
export const ballotLines = (ballot: Ballot | Partial<Ballot>): readonly string[] => {
  const { votes = [], needs = [], notBy, remindedAt, escalatedAt, expiresAt, approvers = [] } = ballot;
  const tally = tallyText({ ...ballot, approvers });
  const names = votes.map(({ by, right }) => (by === right ? by : `${by} for ${right}`)).join(', ');
  return [
    ...(tally === null ? [] : [`approved by ${tally}${names ? `: ${names}` : ''}`]),
    ...(needs.length === 0 ? [] : [`an approval needs a ${needs.join(' and a ')}`]),
    ...(notBy === undefined ? [] : [`asked for by ${notBy.join(', ')}, who may not approve`]),
    ...(remindedAt === undefined ? [] : [`reminded ${instant(remindedAt)}`]),
    ...(escalatedAt === undefined ? [] : [`escalated ${instant(escalatedAt)}`]),
    ...(expiresAt === undefined ? [] : [`opens anew ${instant(expiresAt)}, with what is there then`]),
  ];
};

/** What goes into a decision beside its gate, as an example to fill in. */
export const wordsToFill = ({ needs = [] }: Partial<Ballot>): Readonly<Record<string, string>> =>
  Object.fromEntries(needs.map((need) => [need, need === 'ticket' ? 'CHG…' : 'why']));

import type { Json } from '../../domain/hook.ts';
import { type Entry, type Letter, linesOf, moreText } from '../../domain/letter.ts';

/** Slack reads mentions, links and `*bold*` out of `mrkdwn` texts; the words of a rich text block are words. */
const words = (text: string, bold = false): Json => ({
  type: 'rich_text_section',
  elements: [{ type: 'text', text, ...(bold ? { style: { bold: true } } : {}) }],
});

const typed = (text: string): Json => ({ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] });

const block = (elements: readonly Json[]): Json => ({ type: 'rich_text', elements: [...elements] });

const entryBlock = (entry: Entry, at: number): Json =>
  block([
    words(`${entry.kind} · ${entry.subject}\n`, true),
    words(linesOf(entry, at).join('\n')),
    ...(entry.command === null ? [] : [typed(entry.command)]),
  ]);

/** `text` is what a notification shows, and is read as `mrkdwn`: it holds our own words alone. */
export const slackMessage = (letter: Letter): Json => {
  const more = moreText(letter);
  return {
    text: letter.headline,
    blocks: [
      block([words(letter.headline, true)]),
      ...letter.entries.map((entry) => entryBlock(entry, letter.at)),
      ...(more === null ? [] : [block([words(more)])]),
      block([words(letter.summary)]),
    ],
  };
};

import type { Json } from '../../domain/hook.ts';
import { type Entry, type Letter, linesOf, moreText } from '../../domain/letter.ts';

/** A TextBlock would read Markdown, links and date functions out of the name of a VM; a TextRun reads nothing. */
const run = (text: string, style: Readonly<Record<string, string | boolean>> = {}): Json => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', text, ...style }],
});

const entryBlocks = (entry: Entry, at: number): readonly Json[] => [
  {
    type: 'Container',
    separator: true,
    items: [
      run(`${entry.kind} · ${entry.subject}`, { weight: 'Bolder' }),
      ...linesOf(entry, at).map((line) => run(line)),
      ...(entry.command === null ? [] : [run(entry.command, { fontType: 'Monospace' })]),
    ],
  },
];

/** An Adaptive Card 1.4, as the flow “When a Teams webhook request is received” takes it. */
export const teamsMessage = (letter: Letter): Json => {
  const more = moreText(letter);
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            run(letter.headline, { weight: 'Bolder', size: 'Medium' }),
            ...letter.entries.flatMap((entry) => entryBlocks(entry, letter.at)),
            ...(more === null ? [] : [run(more)]),
            run(letter.summary, { isSubtle: true }),
          ],
        },
      },
    ],
  };
};

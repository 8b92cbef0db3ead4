/** What visibility can be asked for. Never personal data, never percent progress: one event a change. */
export const SEARCH_ATTRIBUTES = [
  { name: 'Programme', type: 'Keyword' },
  { name: 'Batch', type: 'Keyword' },
  { name: 'Phase', type: 'Keyword' },
  { name: 'Hop', type: 'Int' },
  { name: 'Path', type: 'Keyword' },
  { name: 'Flag', type: 'KeywordList' },
  { name: 'WaitingFor', type: 'Keyword' },
  { name: 'Owner', type: 'Keyword' },
] as const;

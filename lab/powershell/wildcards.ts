const escaped = (text: string): string => text.replace(/[.+^${}()|\\]/g, '\\$&');

const shapeOf = (pattern: string): RegExp | null => {
  try {
    return new RegExp(`^${escaped(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
  } catch {
    return null;
  }
};

/** PowerShell wildcards: `*`, `?`, `[abc]`, in any case. What is no pattern stands for itself. */
export const like = (pattern: string): ((text: string) => boolean) => {
  const shape = shapeOf(pattern);
  return (text) => text.toLowerCase() === pattern.toLowerCase() || shape?.test(text) === true;
};

export const hasWildcard = (pattern: string): boolean => /[*?[]/.test(pattern);

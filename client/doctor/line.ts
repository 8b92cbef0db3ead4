/** One thing the doctor looked at. `wrong` needs somebody; `note` should be known. */
export interface Line {
  readonly standing: 'well' | 'wrong' | 'note';
  readonly about: 'server' | 'queue' | 'secret' | 'product' | 'plan' | 'notice' | 'check';
  readonly subject: string;
  readonly says: string;
  readonly fix?: string;
}

export const well = (about: Line['about'], subject: string, says: string): Line => ({
  standing: 'well',
  about,
  subject,
  says,
});

export const amiss = (about: Line['about'], subject: string, says: string, fix: string): Line => ({
  standing: 'wrong',
  about,
  subject,
  says,
  fix,
});

export const noted = (about: Line['about'], subject: string, says: string, fix?: string): Line => ({
  standing: 'note',
  about,
  subject,
  says,
  ...(fix === undefined ? {} : { fix }),
});

import { readWords } from '../../client/demo/progress.ts';

test('what Veeam says of a run is shown as percent, bytes and rate', () => {
  expect(readWords('Run 1f00: 74 %, 57 MB of about 77 MB read, 31 MB moved, 20 MB/s')).toMatchObject({
    percent: '74 %',
    copied: '57 MB of about 77 MB',
    rate: '20 MB/s',
  });
});

test('what Azure says of a first copy is shown as percent of its capacity', () => {
  expect(readWords('First copy: 21 % of 40 GB.')).toMatchObject({ percent: '21 %', copied: 'of 40 GB', rate: '' });
});

test('words without numbers are shown as they are', () => {
  expect(readWords('db-01_replica boots: it is Running')).toEqual({
    words: 'db-01_replica boots: it is Running',
    percent: '',
    copied: '',
    rate: '',
  });
});

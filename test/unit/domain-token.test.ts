import fc from 'fast-check';
import { isOurs, readToken, tokenOf } from '../../domain/token.ts';

const operation = fc.record({
  vm: fc.uuid(),
  hop: fc.integer({ min: 1, max: 9 }),
  verb: fc.constantFrom('protect', 'cutOver', 'finalSynchronise', 'decommission'),
  round: fc.nat(50),
});

test('a token is found again in whatever text a product keeps around it', () => {
  fc.assert(
    fc.property(operation, fc.string(), fc.string(), (op, before, after) => {
      const text = `${before.replaceAll('tranship:', '')} ${tokenOf(op)} ${after}`;
      expect(readToken(text)).toEqual(op);
      expect(isOurs(text, op.vm)).toBe(true);
    }),
  );
});

test('two operations never share a token', () => {
  fc.assert(
    fc.property(operation, operation, (one, other) => {
      expect(tokenOf(one) === tokenOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

test.each([null, undefined, '', 'Backup of web-03', 'tranship:', 'tranship:x/1/protect'])('%p carries none', (text) => {
  expect(readToken(text)).toBeNull();
  expect(isOurs(text, 'x')).toBe(false);
});

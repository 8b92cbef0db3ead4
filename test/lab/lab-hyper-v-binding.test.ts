import { bind } from '../../lab/powershell/bind.ts';
import type { CmdletError, Manual } from '../../lab/powershell/cmdlet.ts';
import { typed } from '../../lab/powershell/cmdlet.ts';
import { payloadOf, resolver } from '../../lab/powershell/payload.ts';
import { matching, selected } from '../../lab/powershell/properties.ts';

const manual: Manual = {
  type: 'Vendor.Commands.SetThing',
  syntax: [
    '-Name|ThingName <string[]> [-Count <int>] [-Id <guid>] [-Mode {Nothing|StartIfRunning|Start}] [-Secret <securestring>] [-On <bool>] [-Force]',
    '-Thing <Thing[]> [-Force]',
    '-Host <CHost|string> -At <datetime>',
  ],
};

const bound = (given: Record<string, unknown>): Record<string, unknown> => bind(manual, true, given).parameters;

const refusal = (given: Record<string, unknown>): readonly [string, string] => {
  try {
    bound(given);
  } catch (reason) {
    const { category, fullyQualifiedErrorId } = reason as CmdletError;
    return [category, fullyQualifiedErrorId];
  }
  return ['', ''];
};

test('names are bound in any case and by their aliases', () => {
  expect(bound({ thingname: 'a', FORCE: true })).toEqual({ Name: ['a'], Force: true });
});

test('a parameter nobody knows is not found', () => {
  expect(refusal({ Name: 'a', Colour: 'red' })).toEqual([
    'InvalidArgument',
    'NamedParameterNotFound,Vendor.Commands.SetThing',
  ]);
});

test('a mandatory parameter that is missing is named', () => {
  expect(refusal({ Host: 'vbr01' })).toEqual(['InvalidArgument', 'MissingMandatoryParameter,Vendor.Commands.SetThing']);
});

test('parameters of two sets cannot be used together', () => {
  expect(refusal({ Name: 'a', Host: 'vbr01' })).toEqual([
    'InvalidArgument',
    'AmbiguousParameterSet,Vendor.Commands.SetThing',
  ]);
});

test.each([
  ['a number in text', { Count: '8' }, { Count: 8 }],
  [
    'a GUID in upper case and braces',
    { Id: '{A0000000-0000-4000-8000-00000000000B}' },
    { Id: 'a0000000-0000-4000-8000-00000000000b' },
  ],
  ['an enumeration member in any case', { Mode: 'startifrunning' }, { Mode: 'StartIfRunning' }],
  ['the beginning of a member that fits only one', { Mode: 'No' }, { Mode: 'Nothing' }],
  ['one as true', { On: 1 }, { On: true }],
])('%s is converted', (_what, given, wanted) => {
  expect(bound({ Name: 'a', ...given })).toEqual({ Name: ['a'], ...wanted });
});

test.each([
  ['a word as a number', { Count: 'many' }],
  ['a name as a GUID', { Id: 'web-01' }],
  ['a member that does not exist', { Mode: 'Always' }],
  ['text as true', { On: 'true' }],
  ['text as a switch', { Force: 'yes' }],
  ['plain text as a secure string', { Secret: 'password' }],
])('%s is refused', (_what, given) => {
  expect(refusal({ Name: 'a', ...given })).toEqual([
    'InvalidArgument',
    'CannotConvertArgumentNoMessage,Vendor.Commands.SetThing',
  ]);
});

test('an object of another type is refused, one of the right type and one of no known type pass', () => {
  expect(refusal({ Thing: typed('Other', { Id: 1 }) })[1]).toMatch(/^CannotConvertArgumentNoMessage/);
  expect(bound({ Thing: typed('Thing', { Id: 1 }) }).Thing).toEqual([{ Id: 1 }]);
  expect(bound({ Thing: [{ Id: 1 }, { Id: 2 }] }).Thing).toHaveLength(2);
});

test('a parameter may take an object or text', () => {
  const At = '2026-01-05T20:00:00Z';
  expect(bound({ Host: 'vbr01', At })).toEqual({ Host: 'vbr01', At: new Date(At) });
});

test('nothing cannot be bound to a mandatory parameter', () => {
  expect(refusal({ Thing: null })).toEqual([
    'InvalidData',
    'ParameterArgumentValidationErrorNullNotAllowed,Vendor.Commands.SetThing',
  ]);
});

test('common parameters go with every cmdlet', () => {
  expect(bind(manual, true, { Name: 'a', ErrorAction: 'SilentlyContinue', Confirm: false })).toMatchObject({
    silent: true,
    confirm: false,
    parameters: { Name: ['a'] },
  });
  expect(() => bind(manual, false, { Name: 'a', Confirm: false })).toThrow(/matches parameter name 'Confirm'/);
});

test('properties are read by dotted path, in any case, and what is missing is null', () => {
  const object = {
    Id: 'x',
    Progress: { Percents: 40 },
    At: new Date(0),
    Tags: ['a'],
    Log: [{ Title: 'one' }, { Title: 'two' }],
  };
  expect(selected([object], ['Id', 'progress.percents', 'At', 'Tags', 'Log.Title', 'Nope.Deep', 'Progress'])).toEqual([
    {
      Id: 'x',
      'progress.percents': 40,
      At: '1970-01-01T00:00:00.0000000Z',
      Tags: ['a'],
      'Log.Title': ['one', 'two'],
      'Nope.Deep': null,
      Progress: 'System.Object',
    },
  ]);
  expect(selected(['text'], ['$value'])).toEqual([{ $value: 'text' }]);
});

test('a filter compares as PowerShell does: text in any case', () => {
  const objects = [
    { Name: 'WEB1', Size: 10 },
    { Name: 'WEB10', Size: 10 },
  ];
  expect(matching(objects, { Name: 'web1' })).toEqual([objects[0]]);
  expect(matching(objects, { Size: '10' })).toHaveLength(2);
});

test('references, secrets, credentials and scripts become what a cmdlet receives', () => {
  const payload = payloadOf({
    version: 1,
    nonce: 'ab',
    calls: [],
    secrets: { 'env:PW': 's3cret' },
    scripts: { 'inspect.ps1': '# text' },
  });
  if (!payload) throw new Error('not a payload');
  const resolve = resolver(
    payload,
    new Map([
      [
        'all',
        [
          { Id: 1, Path: ['a', 'b'] },
          { Id: 2, Path: ['c'] },
        ],
      ],
    ]),
  );
  expect(resolve({ $ref: 'all', where: { Id: 2 } })).toEqual({ Id: 2, Path: ['c'] });
  expect(resolve({ $ref: 'all', property: 'Path' })).toEqual(['a', 'b', 'c']);
  expect(() => resolve({ $ref: 'all', where: { Id: 3 } })).toThrow('names no object');
  expect(resolve({ $secret: 'env:PW' })).toEqual({ secret: 's3cret' });
  expect(resolve({ $credential: { user: 'u', password: { $secret: 'env:PW' } } })).toEqual({
    user: 'u',
    password: 's3cret',
  });
  expect(resolve({ $script: 'inspect.ps1' })).toEqual({ script: 'inspect.ps1', text: '# text' });
  expect(() => resolve({ $ref: 'gone' })).toThrow(/does not hold/);
});

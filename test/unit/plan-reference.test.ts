import { readFile } from 'node:fs/promises';
import { planJsonSchema } from '../../plan/json-schema.ts';
import { moverSettings } from '../../plan/programme/mover-settings.ts';
import { COLUMNS, HOP_COLUMNS } from '../../plan/roster/columns.ts';

/** Every name of a property anywhere in a JSON Schema. */
const propertiesIn = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const properties: object = 'properties' in schema && schema.properties ? schema.properties : {};
  return [...Object.keys(properties), ...Object.values(schema).flatMap(propertiesIn)];
};

test('the reference names every key of plan.yaml', async () => {
  const page = await readFile('docs/plan.md', 'utf8');
  const keys = new Set([
    ...propertiesIn(planJsonSchema()),
    ...Object.values(moverSettings).flatMap(({ shape }) => Object.keys(shape)),
  ]);
  keys.delete('properties');
  const unnamed = [...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(page));
  expect(keys.size).toBeGreaterThan(60);
  expect(unnamed).toEqual([]);
});

test('the reference has a row for every column of vms.csv', async () => {
  const page = await readFile('docs/plan.md', 'utf8');
  const columns = [...Object.keys(COLUMNS), ...Object.keys(HOP_COLUMNS).map((field) => `hop1.${field}`)];
  expect(columns.filter((column) => !page.includes(`| \`${column}\` |`))).toEqual([]);
});

test('the JSON Schema describes what an editor shows and refuses unknown keys', () => {
  const schema = planJsonSchema();
  expect(schema).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['programme', 'estate', 'paths', 'gates', 'batches'],
    properties: { policies: { properties: { hold: { type: 'string', default: '14d', examples: ['14d'] } } } },
  });
});

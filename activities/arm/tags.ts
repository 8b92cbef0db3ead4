import { isOurs, readToken } from '../../domain/token.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Arm } from './arm.ts';
import { type Json, textMapAt } from './reading.ts';

/** The tag that holds our operation token on what we made; what does not carry it is never removed. */
export const TOKEN_TAG = 'tranship-token';

export const tokenTagOf = (body: Json | undefined): string | null => textMapAt(body, 'tags')[TOKEN_TAG] ?? null;

/** Adds tags and keeps those that are there: ARM's PATCH replaces the whole set. */
export const addTags = async (
  arm: Arm,
  id: string,
  apiVersion: string,
  body: Json,
  tags: Readonly<Record<string, string>>,
): Promise<void> => {
  const before = textMapAt(body, 'tags');
  if (Object.entries(tags).every(([name, value]) => before[name] === value)) return;
  await arm.patch(id, apiVersion, { tags: { ...before, ...tags } });
};

/** Marks a resource as this journey's. One that carries another journey's token is refused; one that is ours already is left alone. */
export const claim = async (arm: Arm, id: string, apiVersion: string, body: Json, token: string): Promise<void> => {
  const journey = readToken(token)?.vm;
  const there = tokenTagOf(body);
  if (!journey) throw mishap.unsafe(`${token} is no operation token`, { fix: 'Report this.' });
  if (isOurs(there, journey)) return;
  if (there)
    throw mishap.conflict(`${id} belongs to another migration: ${there}`, {
      fix: 'Give this VM another landing name, or end the other migration.',
    });
  await addTags(arm, id, apiVersion, body, { [TOKEN_TAG]: token });
};

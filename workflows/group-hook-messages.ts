import { defineSignal } from '@temporalio/workflow';
import type { GroupHookEnd } from '../domain/group-hook.ts';

/** A member comes, by its workflow id, and waits for the end. */
export const joinGroupHook = defineSignal<[string]>('join');
/** To the members. */
export const groupHookEnded = defineSignal<[GroupHookEnd]>('groupHookEnded');

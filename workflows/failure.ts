import { ApplicationFailure } from '@temporalio/workflow';
import type { Mishap } from '../domain/mishap.ts';

/** Fails the step it is thrown in with what people are told of it; `mishapOf` reads it again. */
export const failureOf = (mishap: Mishap): ApplicationFailure =>
  ApplicationFailure.create({ message: mishap.message, type: mishap.class, nonRetryable: true, details: [mishap] });

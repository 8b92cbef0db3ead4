import type { ApplicationFailure } from '@temporalio/common';
import { mishap, throttled } from '../contracts/mishap.ts';
import { requestText } from '../http/failures.ts';
import { textAt } from '../http/reading.ts';
import type { HttpAnswer, HttpRequest } from '../http/transport.ts';
import type { Run } from './runs.ts';

export interface Where {
  readonly at: string;
  readonly vm?: string;
}

/** The backup server says `errorCode` and `message`, the plug-in `title` and `detail`. V §2.3 */
export const reasonOf = ({ body }: HttpAnswer): string =>
  textAt(body, 'message') ??
  textAt(body, 'detail') ??
  textAt(body, 'title') ??
  textAt(body, 'error_description') ??
  'no reason given';

const BUSY_MS = 10_000;

/** An answer that is not a success → what to throw. V §2.3 */
export const failureOfAnswer = (where: Where, request: HttpRequest, answer: HttpAnswer): ApplicationFailure => {
  const text = `Veeam answered ${requestText(request)} with ${answer.status}: ${reasonOf(answer)}`;
  const facts = { status: answer.status, errorCode: textAt(answer.body, 'errorCode') };
  switch (answer.status) {
    case 401:
      return mishap.configuration(text, {
        ...where,
        facts,
        fix: 'Correct user and password of this instance; accounts with MFA or SAML cannot be used.',
      });
    case 403:
      return mishap.configuration(text, {
        ...where,
        facts,
        fix: 'Give the account the role Veeam Backup Administrator.',
      });
    case 404:
      return mishap.missing(text, {
        ...where,
        facts,
        fix: 'Look whether it was removed; if nothing of the plug-in answers, correct `endpoint` and `pluginApi` in the plan.',
      });
    case 409:
      return throttled(`${text}. It is looked at again before anything is sent again.`, BUSY_MS);
    default:
      return mishap.refused(text, { ...where, facts, fix: 'Mend what Veeam names, then retry.' });
  }
};

/** A log-in that is refused is never tried again by itself: the server locks accounts out. V §2.2 */
export const failureOfLogin = (where: Where, answer: HttpAnswer): ApplicationFailure =>
  mishap.configuration(`Veeam refused the log-in with ${answer.status}: ${reasonOf(answer)}`, {
    ...where,
    fix: 'Correct user, password and `restApi` of this instance in the plan, then retry; repeated attempts lock the account.',
  });

/** A run, or this VM's part of it, that ended without a usable point. V §1.9 */
export const failureOfRun = (where: Where, run: Run): ApplicationFailure =>
  mishap.vendor(`The backup run ${run.id} of ${where.vm ?? 'the VM'} ended ${run.result}: ${run.reason}`, {
    ...where,
    changed: 'nothing: the earlier restore points are still there',
    fix: 'Mend what Veeam names in the run, then retry: a new run is started.',
    facts: { run: run.id, result: run.result },
  });

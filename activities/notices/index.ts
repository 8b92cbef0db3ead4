import type { SendNotice } from '../contracts/notices.ts';
import type { ResolveSecret } from '../http/login.ts';
import { mail } from './mail.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';
import { poster } from './web.ts';
import { webhookMessage } from './webhook.ts';

export interface NoticeDeps {
  readonly resolveSecret: ResolveSecret;
  /** Milliseconds until a receiver counts as not answering; ten seconds where not given. */
  readonly patienceMs?: number;
}

const PATIENT_MS = 10_000;

const MESSAGES = { webhook: webhookMessage, teams: teamsMessage, slack: slackMessage };

/** Sends letters to receivers of every kind, once each time it is called. */
export const noticeSender = ({ resolveSecret, patienceMs = PATIENT_MS }: NoticeDeps): SendNotice => {
  const post = poster({ resolveSecret, patienceMs });
  const send = mail({ resolveSecret, patienceMs });
  return (receiver, letter) =>
    receiver.kind === 'smtp' ? send(receiver, letter) : post(receiver, letter.key, MESSAGES[receiver.kind](letter));
};

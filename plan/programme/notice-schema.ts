import * as z from 'zod';
import { isMailAddress, NOTICE_KINDS } from '../../domain/notice.ts';
import { wrong } from '../refusal.ts';
import { ca, checkedText, duration, name, patternText, secret, signature, text } from './schema-words.ts';

const address = (description: string, example: string) =>
  checkedText(description, example, (written) =>
    isMailAddress(written)
      ? null
      : wrong(`"${written}" is not a mail address`, 'Write it as in migration@contoso.example, without a name.'),
  );

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
const clock = (description: string, example: string) =>
  patternText(description, example, CLOCK, 'a time of day: 22:00');

const common = {
  name: name('Name of the receiver', 'night-shift'),
  for: z
    .union([z.enum(['all', 'owners']), z.array(text('A role, a person or an owner', 'migration-leads')).min(1)])
    .meta({
      description: 'all; owners of the VMs it is about; or who is asked: names of approvers, roles and owners',
      examples: ['all', ['migration-leads']],
    })
    .prefault('all'),
  kinds: z
    .array(z.enum(NOTICE_KINDS))
    .min(1)
    .meta({ description: 'What it is told of; everything when absent', examples: [['decision', 'parked']] })
    .prefault([...NOTICE_KINDS]),
  quiet: z
    .strictObject({
      from: clock('Local time from which nothing is sent', '22:00'),
      to: clock('Local time at which it is', '06:00'),
      zone: text('IANA time zone of both', 'Europe/Vienna'),
    })
    .meta({
      description: 'When nothing is sent; what still waits then is sent after it',
      examples: ["{ from: '22:00', to: '06:00', zone: Europe/Vienna }"],
    })
    .exactOptional(),
  batch: duration('What comes within this time goes in one message', '2m').prefault('2m'),
  ca,
};

const HOST = /^((env|file):\S+|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[1-9]\d{0,4})$/;

export const noticeSchema = z.strictObject({
  ...common,
  kind: z.enum(['webhook', 'teams', 'slack', 'smtp']).meta({ description: 'What it is', examples: ['teams'] }),
  url: secret('Reference to its address: whoever knows that may write there').exactOptional(),
  signature: signature('Signs what a webhook is sent with HMAC-SHA256').exactOptional(),
  host: patternText(
    'Mail server and port, or a reference to them',
    'mail.contoso.example:587',
    HOST,
    'of the form host:port',
  ).exactOptional(),
  security: z
    .enum(['starttls', 'tls'])
    .meta({ description: 'TLS asked for, or from the first byte; never without', examples: ['starttls'] })
    .exactOptional(),
  login: z
    .strictObject({ user: secret('Reference to the user'), password: secret('Reference to the password') })
    .meta({ description: 'How to log in at the mail server; not at all when absent' })
    .exactOptional(),
  from: address('Sender', 'tranship@contoso.example').exactOptional(),
  to: z
    .array(address('Who gets it', 'night-shift@contoso.example'))
    .min(1)
    .meta({
      description: 'Who gets it; with for: owners what concerns a VM whose owner is no mail address',
      examples: [['night-shift@contoso.example']],
    })
    .exactOptional(),
});

export type WrittenReceiver = z.output<typeof noticeSchema>;

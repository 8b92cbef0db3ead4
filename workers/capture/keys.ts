/**
 * What the key of a value says about it. A key that is not listed holds text of a customer: it is replaced as a whole.
 *
 * - `secret`  never written, whatever it is
 * - `version` as it is, where it looks like one
 * - `own`     words of ours or identifiers of code: written as they are, but for known names
 * - `words`   states, enums, codes, versions and sentences of a product: its words stay, what may be a name in them does not
 * - `place`   paths and addresses of an API: its words stay, names and ids in it do not
 * - `free`    text that people wrote: only lines of ours stay
 * - `user`, `host`, `name`  names: they are known from then on, wherever they stand
 */
export type KeyClass = 'secret' | 'own' | 'words' | 'version' | 'place' | 'free' | 'user' | 'host' | 'name' | 'unknown';

const SECRET =
  /(password|passwd|passphrase|secret|credential|authorization|cookie|signature|privatekey|connectionstring|accountkey|sharedkey|accesskey|apikey|assertion)|token$|^(sas|sig|jwt|key[12])$/;

const OWN = [
  'cmdlet',
  'select',
  'category',
  'fullyqualifiederrorid',
  'errorid',
  'where',
  'property',
  'ref',
  'script',
  'mayfail',
  'classname',
  'method',
];

const WORDS =
  /(state|states|status|statuses|result|results|type|types|mode|kind|format|action|actions|function|secureboot|statedescription|date|contenttype|accept|retryafter|severity|level|code|family|tier|sku|firmware|generation|health|heartbeat|phase|percent|progress|reasoncode|template|allowedjobs|scenarioname|taskname|caption|osname|message|messages|error|errors|errordescription|detail|details|reason|title|summary|causes|recommendation|warning|warnings)$|^(os|start|how|role|extent|verb|power)$/;

const VERSION = /(version|versions|build|buildnumber|revision|api)$/;
const PLACE = /^(url|uri|href|nextlink|azureasyncoperation|location|operationlocation)$/;
const FREE = ['notes', 'note', 'description', 'comment', 'comments', 'owner', 'department', 'costcenter'];
const USER = /(user|username|userid|login|account|principalname|upn|mail|email|runasaccount)$/;
const HOST = [
  'hostname',
  'host',
  'computername',
  'server',
  'fqdn',
  'machinename',
  'dnsname',
  'backupserver',
  'endpoint',
];
const NAME =
  /(^|[a-z])(name|displayname|network|subnet|switchname|repository|cluster|project|group|label|vm|alias|location|region)$/;

export const classOf = (key: string): KeyClass => {
  const last = (key.split('.').at(-1) ?? key).toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  // The tag that carries our own token.
  if (last === 'transhiptoken') return 'free';
  if (SECRET.test(last)) return 'secret';
  if (OWN.includes(last)) return 'own';
  if (FREE.includes(last)) return 'free';
  if (USER.test(last)) return 'user';
  if (HOST.includes(last)) return 'host';
  if (VERSION.test(last)) return 'version';
  if (PLACE.test(last)) return 'place';
  if (WORDS.test(last)) return 'words';
  return NAME.test(last) ? 'name' : 'unknown';
};

/** Titles of a product's own jobs come under `displayName`, as names of machines do. A §1.3, §1.4 */
export const isTitle = (text: string): boolean =>
  /^(planned failover|test failover|failover|complete migration|complete initial replication|initial replication|enable protection|disable protection|resynchroni[sz]e|(create|create or update|update|delete) (protected item|replication (policy|extension|vault)))$/i.test(
    text,
  );

import type { Estate } from '../../domain/estate.ts';
import type { Book, Kind } from './book.ts';

/** `/subscriptions/A/resourceGroups/B/providers/Namespace/type/C` → A, B, C. A §1.1 */
const inArmId = (id: string): readonly string[] => {
  const segments = id.split('/').filter(Boolean);
  const names: string[] = [];
  for (let at = 0; at < segments.length; at += 2) {
    if (segments[at]?.toLowerCase() === 'providers') at += 1;
    const name = segments[at + 1];
    if (name) names.push(name);
  }
  return names;
};

const FQDN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** Every name in a text that names something: of an address its host, of a host its first label, of `DOMAIN\user` and a path each part. */
export const learnName = (book: Book, text: string, kind: Kind): void => {
  const host = /^[a-z][a-z+]*:\/\/([^/:]+)/i.exec(text)?.[1];
  const isArm = /^\/+(subscriptions|providers)\//i.test(text);
  const whole = host || isArm || text.includes('/') ? [] : [text];
  const parts = host ? [host] : isArm ? inArmId(text) : text.split(/[\\/@]/);
  for (const name of [...whole, ...parts]) {
    book.learn(host ? 'host' : kind, name);
    if (FQDN.test(name)) book.learn('host', name.split('.')[0] ?? '');
  }
};

/** Texts of the plan that name nothing. */
const NAMELESS =
  /^(pluginApi|restApi|channels|command|ca|password|clientSecret|authority|apiVersions|location|customLocationRegion)$/;
const KEYED_BY_NAME = ['logicalNetworks', 'storagePaths'];

/** Everything the plan calls by name: instances, hosts, users, groups, networks, volumes. */
export const learnPlan = (book: Book, estate: Estate): void => {
  const learn = (told: unknown, key: string): void => {
    if (NAMELESS.test(key)) return;
    if (typeof told === 'string') learnName(book, told, key === 'user' ? 'user' : 'name');
    if (typeof told !== 'object' || told === null) return;
    for (const [inner, member] of Object.entries(told)) {
      if (KEYED_BY_NAME.includes(key) || key in estate) book.learn('name', inner);
      learn(member, Array.isArray(told) ? key : inner);
    }
  };
  learn(estate, '');
};

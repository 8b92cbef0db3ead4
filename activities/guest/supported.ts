/** Whether an operating system is on the lists of the target, by the name it gives itself. U §2.3 PF-202 */
export type Support = 'yes' | 'special' | 'no' | 'unknown';

const WINDOWS: readonly (readonly [RegExp, Support])[] = [
  [/Server 2008 R2/i, 'special'],
  [/Server (2000|2003|2008)|\b(XP|Vista)\b|Windows 7\b/i, 'no'],
  [/Server 2012(?! R2)/i, 'no'],
  [/Server (2012 R2|2016|2019|2022|2025)|Windows (8\.1|10|11)\b/i, 'yes'],
];

const LINUX =
  /Ubuntu|Debian|Red Hat|RHEL|CentOS|Rocky|AlmaLinux|Oracle Linux|SUSE|SLES|Fedora|Azure Linux|CBL-Mariner|Amazon Linux/i;

export const supportOf = (os: string, name: string): Support => {
  if (os === 'windows') return WINDOWS.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';
  return os === 'linux' && LINUX.test(name) ? 'yes' : 'unknown';
};

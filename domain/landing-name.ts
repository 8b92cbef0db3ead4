import type { PlatformProduct } from './address.ts';

/** Words Azure Resource Manager does not take as a whole name. A §1.3d */
const RESERVED = new Set(
  (
    'ACCESS APP_CODE APP_THEMES APP_DATA APP_GLOBALRESOURCES APP_LOCALRESOURCES APP_WEBREFERENCES APP_BROWSERS AZURE BING BIZSPARK BIZTALK ' +
    'CORTANA DIRECTX DOTNET DYNAMICS EXCEL EXCHANGE FOREFRONT GROOVE HOLOLENS HYPERV KINECT LYNC MSDN O365 OFFICE OFFICE365 ONEDRIVE ONENOTE ' +
    'OUTLOOK POWERPOINT SHAREPOINT SKYPE VISIO VISUALSTUDIO WEB.CONFIG XBOX'
  ).split(' '),
);

/** A §1.3d */
const azureLocal = (name: string): string | null => {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(name))
    return 'may hold only letters, digits and dashes, 1 to 64 of them, beginning with a letter or digit';
  if (name.endsWith('-')) return 'may not end with a dash';
  const upper = name.toUpperCase();
  const word = ['MICROSOFT', 'WINDOWS'].find((part) => upper.includes(part));
  if (word) return `may not contain ${word}, which Azure reserves`;
  const start = ['LOGIN', 'XBOX'].find((part) => upper.startsWith(part));
  if (start) return `may not begin with ${start}, which Azure reserves`;
  return RESERVED.has(upper) ? 'is a word that Azure reserves' : null;
};

/** The name is also that of a folder on the host, and checkpoints of longer names could not be deleted: U §9.2. */
const hyperV = (name: string): string | null => {
  if (name.length > 100) return `is ${name.length} characters long; 100 are safe`;
  if (/[\\/:*?"<>|\p{Cc}]/u.test(name)) return 'holds a character that a folder name cannot have';
  return /[. ]$/.test(name) ? 'may not end with a dot or a space' : null;
};

const RULES: Readonly<Record<PlatformProduct, (name: string) => string | null>> = {
  'azure-local': azureLocal,
  'hyper-v': hyperV,
  ahv: (name) => (name.length > 80 ? `is ${name.length} characters long; 80 are allowed` : null),
};

/** Why a platform does not take the name, as the rest of a sentence that begins with it; null when it does. */
export const whyIllegalName = (name: string, platform: PlatformProduct): string | null => RULES[platform](name);

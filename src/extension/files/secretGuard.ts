/** Why a file looks like something that is not meant for others. */
export type SecretReason = 'environment' | 'private-key' | 'key-store' | 'credentials' | 'service-account';

/** How much of a file `secretByContent` looks at, and the size beyond which a file is no key. */
export const SECRET_HEAD = 4_096;
export const MAX_SECRET_SIZE = 64 * 1024;

/** Names, in lower case. */
const NAMES: readonly (readonly [RegExp, SecretReason])[] = [
  [/^\.env(rc)?([._-].*)?$/, 'environment'],
  [/^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/, 'private-key'],
  [/\.(pem|key|ppk)$/, 'private-key'],
  [/\.(p12|pfx|jks|keystore|kdbx)$/, 'key-store'],
  [
    /^(\.npmrc|\.pypirc|[._]netrc|\.git-credentials|\.pgpass|\.htpasswd|\.dockercfg|kubeconfig)$/,
    'credentials',
  ],
  [/\.kubeconfig$/, 'credentials'],
];
/** The same for names that mean something in a certain folder alone. */
const PATHS: readonly RegExp[] = [
  /(^|\/)\.aws\/credentials$/,
  /(^|\/)\.docker\/config\.json$/,
  /(^|\/)\.kube\/config$/,
];
/** What people keep as a pattern for others to fill in. */
const PATTERN = /^\.env.*[._-](example|sample|template|dist|defaults)$/;

const PRIVATE_KEY = /^-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----/m;

/**
 * Judges a file by its name.
 * @param path with `/` between its segments; the last two count.
 */
export function secretByName(path: string): SecretReason | undefined {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  if (PATTERN.test(name)) return undefined;
  if (PATHS.some((pattern) => pattern.test(lower))) return 'credentials';
  return NAMES.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * Judges a file by how it begins.
 * @param head its first `SECRET_HEAD` bytes.
 */
export function secretByContent(head: Uint8Array): SecretReason | undefined {
  const text = new TextDecoder().decode(head);
  if (PRIVATE_KEY.test(text) || text.startsWith('PuTTY-User-Key-File')) return 'private-key';
  if (/"type"\s*:\s*"service_account"/.test(text)) return 'service-account';
  return undefined;
}

/** Whether it is worth to look into a file that is far away. */
export function mayHoldSecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return !name.includes('.') || /(key|secret|cred|token|account|auth)[^/]*$/i.test(name);
}

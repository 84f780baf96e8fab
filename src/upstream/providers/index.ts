// All providers we know, and how to find one.
import { exmail } from './exmail.js';
import { fastmail } from './fastmail.js';
import { generic } from './generic.js';
import { gmail } from './gmail.js';
import { icloud } from './icloud.js';
import { netease } from './netease.js';
import { hotmail, microsoft365, outlook } from './outlook.js';
import type { Provider } from './provider.js';
import { qq } from './qq.js';
import { aol, yahoo } from './yahoo.js';

export { GENERIC_TRAITS } from './generic.js';
export type { ConnectorTraits, Endpoint, Provider, TlsMode } from './provider.js';
export { COMMON_TEXTS, HOUR, meaningOf, remedyOf, retryAfterOf, type ServerText } from './texts.js';

const PROVIDERS: readonly Provider[] = [
  qq,
  exmail,
  gmail,
  outlook,
  hotmail,
  microsoft365,
  ...netease,
  icloud,
  yahoo,
  aol,
  fastmail,
  generic,
];

const BY_NAME = new Map(PROVIDERS.map((provider) => [provider.name, provider]));
const BY_DOMAIN = new Map(
  PROVIDERS.flatMap((provider) => provider.domains.map((domain) => [domain, provider] as const)),
);

export const PROVIDER_NAMES: readonly string[] = [...BY_NAME.keys()];

/** By the name the configuration uses (`qq`, `gmail`, `hotmail`, … `generic`), in any case. */
export const providerOf = (name: string): Provider | undefined => BY_NAME.get(name.toLowerCase());

/** By what a server says of itself: greeting, ID, capabilities. */
export const recognise = (said: string): Provider | undefined => PROVIDERS.find(({ sign }) => sign?.test(said));

/** The provider of an address's domain; `generic` when none is known for it. */
export function providerForAddress(address: string): Provider {
  const domain = address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase();
  return BY_DOMAIN.get(domain) ?? generic;
}

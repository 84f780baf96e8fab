export { configurationInChinese } from './chinese.js';
export type { DeviceConfig } from './devices.js';
export { configJsonSchemaText } from './json-schema.js';
export {
  type AccountConfig,
  type Config,
  type DemoAccount,
  type EndpointConfig,
  type LoadOptions,
  loadConfig,
  type UpstreamAccount,
} from './load.js';
export type { LoginPassword } from './login-password.js';
export { ConfigError, type ConfigProblem } from './problems.js';
export { loadRest } from './rest.js';
export { KNOWN_PROVIDERS, type ListenConfig } from './schema.js';

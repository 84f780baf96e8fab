// gateway password: shows, makes or changes a password mail clients use.
import { type Config, loadConfig } from '../config/index.js';
import { callControl, NotRunningError } from '../status-socket/index.js';
import { CliError, ExitCode, type Io } from './io.js';

export interface PasswordOptions {
  readonly config: string;
  readonly json: boolean;
  readonly rotate: boolean;
  /** Default: the one named after the user. */
  readonly device?: string | undefined;
}

export async function password(
  { config: file, json, rotate, device: name }: PasswordOptions,
  io: Io,
): Promise<ExitCode> {
  const config = loadConfig(file, { lazySecrets: true });
  const { login } = config;
  const { name: device, password: kept } = deviceNamed(login, name ?? login.user);
  const secret = rotate ? await kept.rotate() : await kept.load();
  const told = rotate ? await tellGateway(config) : false;
  if (json) {
    io.print(JSON.stringify({ user: login.user, password: secret.reveal(), file: kept.path }));
    return ExitCode.ok;
  }
  io.print(secret.reveal());
  if (rotate) {
    const whom = device === login.user ? 'every mail program' : JSON.stringify(device);
    const since = told ? '' : ' once the gateway is started';
    io.complain(`The old password is no longer valid${since}: give ${whom} the new one.`);
  }
  return ExitCode.ok;
}

function deviceNamed({ devices }: Config['login'], wanted: string): Config['login']['devices'][number] {
  const found = devices.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found) return found;
  const names = devices.map(({ name }) => name).join(', ');
  throw new CliError(`there is no device "${wanted}": the configuration has ${names}`);
}

/** True when a gateway was running and has taken the new password. */
async function tellGateway({ dataDir }: Config): Promise<boolean> {
  try {
    await callControl(dataDir, { request: 'reloadPassword' });
    return true;
  } catch (error) {
    if (error instanceof NotRunningError) return false;
    throw error;
  }
}

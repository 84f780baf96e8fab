// gateway password: shows, makes or changes the password mail clients use.
import { type Config, loadConfig } from '../config/index.js';
import { callControl, NotRunningError } from '../status-socket/index.js';
import { ExitCode, type Io } from './io.js';

export interface PasswordOptions {
  readonly config: string;
  readonly json: boolean;
  readonly rotate: boolean;
}

export async function password({ config: file, json, rotate }: PasswordOptions, io: Io): Promise<ExitCode> {
  const config = loadConfig(file, { lazySecrets: true });
  const { login } = config;
  const secret = rotate ? await login.password.rotate() : await login.password.load();
  const told = rotate ? await tellGateway(config) : false;
  if (json) {
    io.print(JSON.stringify({ user: login.user, password: secret.reveal(), file: login.password.path }));
    return ExitCode.ok;
  }
  io.print(secret.reveal());
  if (rotate)
    io.complain(
      `The old password is no longer valid${told ? '' : ' once the gateway is started'}: give every mail program the new one.`,
    );
  return ExitCode.ok;
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

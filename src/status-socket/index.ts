export { ControlError, callControl, NotRunningError } from './client.js';
export { AlreadyRunningError, type ControlHandlers, type ControlServer, createControlServer } from './server.js';
export type { ControlRequest, UndoRequest } from './wire.js';

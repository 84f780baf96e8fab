import { z } from 'zod';
import { configSchema } from './schema.js';

/** The text of gateway.config.schema.json: what an editor needs to complete and check gateway.config.json. */
export function configJsonSchemaText(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ ...schema, title: 'Mail gateway configuration' }, undefined, 2)}\n`;
}

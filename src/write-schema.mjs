// npm run schema: writes gateway.config.schema.json anew from the built src/config/schema.ts.
import { writeFileSync } from 'node:fs';
import { configJsonSchemaText } from '../.cache/modules/config/json-schema.js';

writeFileSync(new URL('../gateway.config.schema.json', import.meta.url), configJsonSchemaText());

import { writeFileSync } from 'node:fs';
import { CHECKS } from '../../domain/checks.ts';
import { checksPage } from './checks-page.ts';

writeFileSync('docs/checks.md', checksPage());
process.stdout.write(`docs/checks.md: ${CHECKS.length} checks\n`);

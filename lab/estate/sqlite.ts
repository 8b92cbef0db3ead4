type Sqlite = typeof import('node:sqlite');

/** node:sqlite without its one ExperimentalWarning; every other warning still shows. */
export const quietSqlite = (): Sqlite => {
  const emit = process.emitWarning;
  process.emitWarning = ((...given: unknown[]) => {
    if (!String(given[0]).includes('SQLite')) Reflect.apply(emit, process, given);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emit;
  }
};

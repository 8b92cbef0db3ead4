/**
 * Loaded into the sandbox before any workflow. The SDK takes a stack trace for every promise of a workflow and looks up each of its
 * lines: ten of them are a third of the orchestrator's work for a journey. The first few say where a mistake of ours was made; where a
 * journey stands its details say.
 */
Error.stackTraceLimit = 3;

export {};

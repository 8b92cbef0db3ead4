export { type Standing, type Summary, standingOf, summaryLine, summaryOf } from '../domain/listed.ts';

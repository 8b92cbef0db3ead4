import type { Finding, Severity } from '../../domain/finding.ts';

export const finding = (id: string, severity: Severity, subject: string, message: string, fix: string): Finding => ({
  id,
  severity,
  subject,
  message,
  fix,
});

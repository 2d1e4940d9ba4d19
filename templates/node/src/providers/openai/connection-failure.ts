import { APIConnectionTimeoutError } from 'openai';
import { ProviderError } from '../provider.js';
import type { ProviderErrorOptions } from '../provider.js';

const UNREACHABLE = 'The assistant cannot be reached at the moment. Please try again in a moment.';

/** OpenSSL's and Node's codes for a certificate that does not hold, beside those that begin with ERR_TLS, ERR_SSL, CERT. */
const CERTIFICATE_CODES = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'HOSTNAME_MISMATCH',
  'EPROTO',
]);

/** No response came at all. `host` is for the log. */
export function connectionFailure(error: unknown, host: string, options: ProviderErrorOptions): ProviderError {
  const code = rootCode(error);
  if (
    error instanceof APIConnectionTimeoutError ||
    code === 'ETIMEDOUT' ||
    code?.startsWith('UND_ERR_CONNECT_TIMEOUT')
  ) {
    return new ProviderError('timeout', `connecting to ${host} timed out`, UNREACHABLE, true, options);
  }
  if (code !== undefined && (CERTIFICATE_CODES.has(code) || /^(?:ERR_TLS|ERR_SSL|CERT)_/.test(code))) {
    return new ProviderError(
      'provider_unreachable',
      `no secure connection to ${host} (${code}); check http:// or https:// in OPENAI_BASE_URL, and the server's certificate ` +
        '(NODE_EXTRA_CA_CERTS names one of your own)',
      'The assistant is not set up correctly. Please tell the owner of this site.',
      false,
      options,
    );
  }
  const reason = code === undefined ? 'the connection failed' : explain(code);
  const message = `${host} cannot be reached: ${reason}; check OPENAI_BASE_URL and that the server runs`;
  return new ProviderError('provider_unreachable', message, UNREACHABLE, true, options);
}

function explain(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `its name is not known (${code})`;
    default:
      return code;
  }
}

/** The `code` nearest to the system call: fetch wraps it, and the client wraps fetch. */
export function rootCode(error: unknown): string | undefined {
  let code: string | undefined;
  let at: unknown = error;
  for (let depth = 0; depth < 8 && at instanceof Error; depth += 1) {
    if ('code' in at && typeof at.code === 'string') code = at.code;
    // A name with several addresses fails with one error each.
    at = at instanceof AggregateError ? (at.cause ?? (at.errors[0] as unknown)) : at.cause;
  }
  return code;
}

import { ProviderError } from '../provider.js';
import { complaintOf } from './failure.js';
import type { Failing } from './failure.js';

/**
 * Throws if a response of status 200 is plainly not an event stream: a proxy's or a web application's page, an error
 * object, or a whole completion from a server that does not stream. Other or missing content types pass: servers are
 * careless with them, and what is no event stream then ends without `finish_reason`.
 */
export async function unstreamed(response: Response, failing: Failing): Promise<void> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'text/html' && type !== 'application/json') return;
  if (type === 'application/json') {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'error' in body && body.error !== null) {
      throw complaintOf(undefined, body.error, failing);
    }
  }
  const what = type === 'text/html' ? 'a web page' : 'JSON in one piece';
  throw new ProviderError(
    'provider_error',
    `${failing.host} answered with ${what} instead of an event stream; check OPENAI_BASE_URL, which usually ends in /v1, and that the server can stream`,
    'The assistant is not set up correctly. Please tell the owner of this site.',
    false,
    { requestId: failing.requestId },
  );
}

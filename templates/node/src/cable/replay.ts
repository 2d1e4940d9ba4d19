import type { HistoryRequest } from './commands.js';
import type { StreamMessage } from './frames.js';
import type { HistoryResult, StreamHistory } from './history.js';

/**
 * What a subscription's history request is answered with: all its streams or nothing, so that one position that is not
 * found rejects the request. A stream without a position is answered by `since`, if there is one; a position in a stream
 * that is not the subscription's is ignored. AnyCable's `retreiveHistory`:
 * https://github.com/anycable/anycable/blob/master/node/node.go
 */
export function collectBacklog(
  history: StreamHistory,
  streams: Iterable<string>,
  request: HistoryRequest,
): HistoryResult {
  const messages: StreamMessage[] = [];
  for (const stream of streams) {
    const position = request.streams?.get(stream);
    if (position === undefined) {
      if (request.since > 0) for (const message of history.since(stream, request.since)) messages.push(message);
      continue;
    }
    const result = history.from(stream, position);
    if (!result.found) return result;
    for (const message of result.messages) messages.push(message);
  }
  return { found: true, messages };
}

import type { FinalStatus, MessageStatus } from 'cable-chat/protocol';

// The protocol package is imported for its types only: the server must run without the widget's build.
export function isFinalStatus(status: MessageStatus): status is FinalStatus {
  return status === 'complete' || status === 'stopped' || status === 'failed';
}

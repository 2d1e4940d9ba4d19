import type {
  ChunkFrame,
  CompleteFrame,
  ErrorFrame,
  HelloFrame,
  SnapshotEntry,
  SnapshotFrame,
} from '../../widget/src/protocol/frames.js';

/** Frames of one conversation, with everything filled in that a test does not care about. */
export const CONVERSATION = '00000000-0000-4000-8000-000000000001';

export function hello(fields: Partial<HelloFrame> = {}): HelloFrame {
  return {
    type: 'hello',
    conversation_id: CONVERSATION,
    v: 1,
    user: 'visitor-1',
    features: ['history', 'stop', 'regenerate', 'edit', 'feedback'],
    limits: {},
    ...fields,
  };
}

export function chunk(message_id: string, offset: number, content: string): ChunkFrame {
  return { type: 'chunk', conversation_id: CONVERSATION, message_id, offset, content };
}

export function complete(message_id: string, bytes: number, fields: Partial<CompleteFrame> = {}): CompleteFrame {
  return { type: 'complete', conversation_id: CONVERSATION, message_id, status: 'complete', bytes, ...fields };
}

export function snapshot(messages: readonly SnapshotEntry[], fields: Partial<SnapshotFrame> = {}): SnapshotFrame {
  return { type: 'snapshot', conversation_id: CONVERSATION, messages, ...fields };
}

export function refusal(client_id: string | null, code: string, fields: Partial<ErrorFrame> = {}): ErrorFrame {
  return {
    type: 'error',
    conversation_id: CONVERSATION,
    client_id,
    code,
    message: `Refused: ${code}.`,
    retryable: true,
    ...fields,
  };
}

export function question(
  id: string,
  position: number,
  content: string,
  fields: Partial<SnapshotEntry> = {},
): SnapshotEntry {
  return { id, role: 'user', status: 'complete', position, in_reply_to: null, offset: 0, content, ...fields };
}

export function answer(
  id: string,
  position: number,
  in_reply_to: string | null,
  fields: Partial<SnapshotEntry> = {},
): SnapshotEntry {
  return { id, role: 'assistant', status: 'queued', position, in_reply_to, offset: 0, content: '', ...fields };
}

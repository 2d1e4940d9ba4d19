/**
 * Where the embedded server is known to differ from AnyCable 1.6.14, on purpose, and why. Each is asserted on both
 * sides: what is not listed fails, and so does what is listed and does not happen any more.
 * docs/anycable-differences.md is this list in prose.
 */
import { signStreamName } from '../support/anycable/keys.js';
import type { RawFrame } from '../support/cable-client.js';
import { SECRET } from './backend.js';
import type { Mismatch } from './compare.js';
import { NOTES } from './recording.js';
import { roomIdentifier } from './room-channel.js';
import type { RoomParams } from './room-channel.js';

export interface Difference {
  readonly id: string;
  readonly title: string;
  /** What each side does, as whole sentences. */
  readonly embedded: string;
  readonly anycable: string;
  readonly reason: string;
  /** What exactly was seen, where; normalised, so that the names within a message are in their order. */
  readonly seen: readonly Sighting[];
  /** A test that shows it, where a transcript would take too long. Relative to the repository. */
  readonly test?: string;
}

export interface Sighting extends Mismatch {
  readonly transcript: string;
}

/** A sighting of what comes by no connection. */
function noted(transcript: string, embedded: readonly RawFrame[], anycable: readonly RawFrame[]): Sighting {
  return { transcript, who: NOTES, embedded, anycable };
}

const times = (count: number, frame: RawFrame): readonly RawFrame[] => Array.from({ length: count }, () => frame);

const room = (transcript: string, params: Omit<RoomParams, 'room'> = {}, name = 'room'): string =>
  roomIdentifier({ room: `${transcript}/${name}`, ...params });
const signedStream = (name: string): string =>
  JSON.stringify({ channel: '$pubsub', signed_stream_name: signStreamName(name, SECRET) });
const publicStream = (name: string): string => JSON.stringify({ channel: '$pubsub', stream_name: name });
const signedRoom = (transcript: string): string => signedStream(`${transcript}/room`);
const publicRoom = (transcript: string): string => publicStream(`${transcript}/room`);

const confirmed = (identifier: string): RawFrame => ({ type: 'confirm_subscription', identifier });
const rejected = (identifier: string): RawFrame => ({ type: 'reject_subscription', identifier });
const presence = (identifier: string, message: RawFrame): RawFrame => ({ type: 'presence', identifier, message });

const refused: readonly RawFrame[] = [
  { type: 'disconnect', reason: 'unauthorized', reconnect: false },
  { closed: { code: 1000, reason: 'Auth Failed' } },
];

/** A message of a room, with the place that it has in its stream. */
function streamed(transcript: string, message: unknown, offset: number): RawFrame {
  const stream = `${transcript}/room`;
  return { identifier: room(transcript), message, stream_id: stream, epoch: '<epoch 1>', offset };
}

/** Of a room where a client leaves, and joins again as another, although the server had joined it. */
function somebodyElse(transcript: string): Sighting {
  const identifier = room(transcript, { presence: true, join: 'watcher' });
  const forged = [
    presence(identifier, { id: 'ada', type: 'leave' }),
    presence(identifier, { id: 'eve', type: 'join' }),
  ];
  const marker = { ...streamed(transcript, { marker: 1 }, 1), identifier };
  const list = (id: string): RawFrame =>
    presence(identifier, {
      records: [id === 'ada' ? { id, info: { by: 'server' } } : { id }, { id: 'watcher', info: { by: 'server' } }],
      total: 2,
      type: 'info',
    });
  return {
    transcript,
    who: 'watcher',
    embedded: [marker, list('ada')],
    anycable: [...forged, marker, list('eve')],
  };
}

/** After which AnyCable does not listen to a client any more. */
const UNREADABLE = [
  'not-json',
  'empty',
  'an-array',
  'a-string',
  'a-number',
  'something-after-the-json',
  'command-is-a-number',
  'identifier-is-an-object',
  'history-is-a-text',
  'history-since-is-a-text',
  'history-since-is-a-fraction',
  'history-offset-is-negative',
  'presence-is-a-text',
  'presence-id-is-a-number',
  'binary-nonsense',
  'deeply-nested',
];

/** Public names that this server keeps for its channels. */
const CHAT_STREAMS = ['chat/', 'chat/ada/1', 'llm/1', 'chat-room/lobby'];

/** Where a session is restored that has a presence stream: who comes back, to which subscription, as which connection. */
const RESTORED_WITH_PRESENCE = [
  ['presence/joined-again-after-a-reconnect', publicRoom('presence/joined-again-after-a-reconnect'), 4],
  ['presence/restored-without-joining-again', publicRoom('presence/restored-without-joining-again'), 3],
  ['whisper/restored-session', signedRoom('whisper/restored-session'), 3],
  ['streams/restored-session', signedRoom('streams/restored-session'), 2],
] as const;

export const differences: readonly Difference[] = [
  {
    id: 'choice-of-sub-protocol',
    title: 'Who chooses the sub-protocol',
    embedded: 'Takes the client’s first choice among those that it speaks.',
    anycable:
      'Takes the base protocol wherever it is offered, also by a client that would rather have the extended one.',
    reason:
      'The order of `Sec-WebSocket-Protocol` is the client’s preference (RFC 6455, section 11.3.4), and only the extended protocol recovers what was missed. Clients in use offer one of the two.',
    seen: [
      {
        transcript: 'connect/sub-protocols',
        who: 'extended first',
        embedded: [{ protocol: 'actioncable-v1-ext-json' }],
        anycable: [{ protocol: 'actioncable-v1-json' }],
      },
    ],
  },
  {
    id: 'origins',
    title: 'Other origins',
    embedded: 'Accepts its own origin and those that ALLOWED_ORIGINS lists; refuses the upgrade of others with 403.',
    anycable: 'Accepts every origin, unless it is told which.',
    reason:
      'Visitors are known by a cookie here, and a WebSocket is not bound by the same-origin policy: any page could otherwise connect as its visitor.',
    seen: [
      noted('connect/another-origin', [{ refused: 403 }], []),
      {
        transcript: 'connect/another-origin',
        who: 'ada',
        embedded: [],
        anycable: [{ protocol: 'actioncable-v1-ext-json' }, { type: 'welcome', sid: '<sid 1>' }],
      },
    ],
  },
  {
    id: 'rejection-instead-of-silence',
    title: 'A channel that fails',
    embedded: 'Rejects the subscription when the channel throws in `subscribed`.',
    anycable: 'Says nothing; the client waits for its time-out, and then tries again.',
    reason: 'The client can act on a rejection at once.',
    seen: [
      {
        transcript: 'subscribe/channel-fails',
        who: 'ada',
        embedded: [rejected(room('subscribe/channel-fails', { fail: true }))],
        anycable: [],
      },
    ],
  },
  {
    id: 'bounds-on-subscriptions',
    title: 'How many subscriptions a client may have, and how long their identifiers',
    embedded:
      'Rejects the 101st subscription of a connection, and one whose identifier is longer than 4,096 characters.',
    anycable: 'Has no such limits, but the 64 KiB of a frame.',
    reason: 'All of it is kept in the memory of one process, for the time of a session: nobody may fill that.',
    seen: [
      {
        transcript: 'subscribe/too-many',
        who: 'ada',
        embedded: [rejected(room('subscribe/too-many', {}, 'room 101'))],
        anycable: [confirmed(room('subscribe/too-many', {}, 'room 101'))],
      },
      {
        transcript: 'subscribe/long-identifier',
        who: 'ada',
        embedded: [rejected(room('subscribe/long-identifier', {}, 'x'.repeat(5_000)))],
        anycable: [confirmed(room('subscribe/long-identifier', {}, 'x'.repeat(5_000)))],
      },
    ],
  },
  {
    id: 'unreadable-frames',
    title: 'Frames that cannot be read',
    embedded: 'Drops the frame, logs why, and goes on with the next.',
    anycable:
      'Stops reading from the socket, for ever, and neither closes it nor says so: pings and broadcasts still come, and nothing that the client sends is heard.',
    reason: 'A client whose one bad frame makes it mute cannot notice.',
    seen: UNREADABLE.map((name) => noted(`input/${name}`, [{ heard: true }], [{ heard: false }])),
  },
  {
    id: 'text-that-is-no-utf-8',
    title: 'Text frames that are no UTF-8',
    embedded: 'Closes the socket with code 1007.',
    anycable: 'Puts U+FFFD in the place of what is none.',
    reason:
      'RFC 6455 (section 8.1) demands it, and no browser can send such a frame. In binary frames both replace it.',
    seen: [
      {
        transcript: 'input/text-with-bad-utf-8',
        who: 'ada',
        embedded: [{ closed: { code: 1007, reason: '' } }],
        anycable: [{ identifier: room('input/text-with-bad-utf-8'), message: { echo: { text: '\ufffd\ufffd' } } }],
      },
    ],
  },
  {
    id: 'case-of-field-names',
    title: 'Field names in capitals',
    embedded: 'Knows only the names as they are documented.',
    anycable: 'Reads `COMMAND` as `command`, as Go’s JSON decoder does.',
    reason: 'No client writes them so, and two names for one field are one too many.',
    seen: [{ transcript: 'input/field-names-in-capitals', who: 'ada', embedded: [], anycable: [{ type: 'pong' }] }],
  },
  {
    id: 'sessions-belong-to-users',
    title: 'Whose session it is',
    embedded:
      'Identifies who connects first, and gives back only a session of the same user. A token that has expired, or that nobody signed, is refused also with a session id.',
    anycable: 'Gives a session to whoever knows its id, without identifying them.',
    reason:
      'Session ids travel in URLs, and so get into logs and proxies. By one of them, another could read and speak as its owner; and signing out would end nothing.',
    seen: [
      {
        transcript: 'resume/by-somebody-else',
        who: 'eve',
        embedded: [{ type: 'welcome', sid: '<sid 2>' }],
        anycable: [
          { type: 'welcome', sid: '<sid 2>', restored: true, restored_ids: [room('resume/by-somebody-else')] },
          streamed('resume/by-somebody-else', { secret: true }, 1),
          { identifier: room('resume/by-somebody-else'), message: { user: 'ada@resume/by-somebody-else' } },
        ],
      },
      {
        transcript: 'resume/by-who-is-refused',
        who: 'eve',
        embedded: refused,
        anycable: [{ type: 'welcome', sid: '<sid 2>', restored: true }, { type: 'pong' }],
      },
      {
        transcript: 'token/restored-session-and-expired',
        who: 'tess again',
        embedded: [
          { type: 'disconnect', reason: 'token_expired', reconnect: false },
          { closed: { code: 1000, reason: 'Auth Failed' } },
        ],
        anycable: [{ type: 'welcome', sid: '<sid 2>', restored: true }, { type: 'pong' }],
      },
    ],
  },
  {
    id: 'tokens-without-identity',
    title: 'Tokens that say nobody’s name',
    embedded: 'Refuses a good token without the claim `ext`, or with one that is no text, as `unauthorized`.',
    anycable: 'Closes the socket with code 1011 and no frame; clients come back with the same token again and again.',
    reason: 'It gets no better by repeating, and `unauthorized` is how a client is told that.',
    seen: ['token/without-an-identity', 'token/identity-is-no-text'].flatMap((transcript) =>
      ['parameter', 'header', 'sub-protocol'].map((who) => ({
        transcript,
        who,
        embedded: refused,
        anycable: [{ closed: { code: 1011, reason: 'Auth Error' } }],
      })),
    ),
  },
  {
    id: 'empty-presence-ids',
    title: 'Presence without an id',
    embedded: 'Drops a `join` whose id is empty or missing.',
    anycable: 'Takes the empty text for an id.',
    reason: 'Everybody whose page forgot the id would be one member, who joins and leaves in the name of all.',
    seen: ['presence/join-with-an-empty-id', 'presence/join-with-the-identifier-only'].flatMap((transcript) => {
      const join = presence(publicRoom(transcript), { id: '', type: 'join' });
      const marker = { ...streamed(transcript, { marker: 1 }, 1), identifier: publicRoom(transcript) };
      return [
        { transcript, who: 'ada', embedded: [], anycable: [join] },
        {
          transcript,
          who: 'watcher',
          embedded: [marker, presence(publicRoom(transcript), { total: 0, type: 'info' })],
          anycable: [join, marker, presence(publicRoom(transcript), { records: [{ id: '' }], total: 1, type: 'info' })],
        },
      ];
    }),
  },
  {
    id: 'presence-that-is-off',
    title: 'Asking who is there, where there is no presence',
    embedded: 'Answers with the presence error that AnyCable has for other failures.',
    anycable: 'Does not answer; the client waits for its time-out.',
    reason: 'A page can show nothing at once, instead of after seconds.',
    seen: [
      {
        transcript: 'presence/list-where-there-is-none',
        who: 'ada',
        embedded: [presence(room('presence/list-where-there-is-none'), { total: 0, type: 'error' })],
        anycable: [],
      },
    ],
  },
  {
    id: 'presence-in-restored-sessions',
    title: 'Members whom the server joined, after a reconnect',
    embedded:
      'Joins them again in the restored session, and says so in its welcome where a subscription has presence: `"restored_presence": true`.',
    anycable:
      'Lets them leave after the TTL, although they are connected: a restored session runs no channel callback, and the client knows nothing of it.',
    reason:
      'Nobody should be missing who is there. Whom a client joined it joins again itself, on both servers; whom the server joined it cannot, but by subscribing anew, which it need not where it reads this.',
    seen: [
      ...RESTORED_WITH_PRESENCE.map(([transcript, identifier, connection]) => {
        const welcome = { type: 'welcome', sid: `<sid ${connection}>`, restored: true, restored_ids: [identifier] };
        return {
          transcript,
          who: 'ada again',
          embedded: [{ ...welcome, restored_presence: true }],
          anycable: [welcome],
        };
      }),
      {
        transcript: 'presence/joined-by-the-server-and-restored',
        who: 'late',
        embedded: [
          presence(room('presence/joined-by-the-server-and-restored', { presence: true }), {
            records: [
              { id: 'ada', info: { by: 'server' } },
              { id: 'watcher', info: { by: 'server' } },
            ],
            total: 2,
            type: 'info',
          }),
        ],
        anycable: [
          presence(room('presence/joined-by-the-server-and-restored', { presence: true }), {
            records: [{ id: 'watcher', info: { by: 'server' } }],
            total: 1,
            type: 'info',
          }),
        ],
      },
    ],
  },
  {
    id: 'presence-that-a-channel-decides',
    title: 'Members whom the server joined, and who would be somebody else',
    embedded: 'Drops `leave` and `join` of a client for a subscription that its channel has joined, and logs that.',
    anycable: 'Lets every client leave and join again under any id, wherever there is presence.',
    reason:
      'Who is there by the word of the server is believed to be who they are. A client that does not want to be there unsubscribes.',
    seen: [somebodyElse('presence/joined-by-the-server-and-somebody-else')],
  },
  {
    id: 'presence-by-base-protocol',
    title: 'Members who speak the base protocol',
    embedded: 'Stay as long as they are connected.',
    anycable: 'Leave after the TTL although they are connected: only sessions of the extended protocol are kept alive.',
    reason: 'Nobody should be missing who is there.',
    seen: [
      {
        transcript: 'presence/base-protocol',
        who: 'late',
        embedded: [
          presence(publicRoom('presence/base-protocol'), {
            records: [{ id: 'base' }, { id: 'watcher' }],
            total: 2,
            type: 'info',
          }),
        ],
        anycable: [
          presence(publicRoom('presence/base-protocol'), { records: [{ id: 'watcher' }], total: 1, type: 'info' }),
        ],
      },
    ],
  },
  {
    id: 'bounds-on-presence',
    title: 'How much presence a stream may have',
    embedded:
      'Refuses a member of more than 4 KiB, the 1,001st member of a stream, and more than 512 KiB of members; of one user more than 200 places in all streams, or 128 KiB in them; and of one stream more than 200 new members a second, after 1,000 at once. Whom a channel joins comes in as soon as there is room. A listener who does not keep up with the events gets the whole list afterwards.',
    anycable: 'Has no such limits.',
    reason:
      'Clients choose what is kept, and the list of all members is one frame: one that is larger than a connection’s buffer would have whoever asks disconnected as too slow. And nobody may take the places of others.',
    seen: [noted('presence/large-info', [{ members: 1 }], [{ members: 2 }])],
  },
  {
    id: 'bounds-on-whispers',
    title: 'How much a client may whisper',
    embedded: 'Passes on 200 whispers of a user at once, and 50 a second; drops the others, and logs that.',
    anycable: 'Passes on all of them.',
    reason: 'Each costs a frame for every listener, and one process serves them all.',
    seen: [noted('whisper/flood', [{ all: false }], [{ all: true }])],
  },
  {
    id: 'public-names-of-chats',
    title: 'Direct streams with the names of chats',
    embedded:
      'Rejects public names that begin as those of its own channels’ streams do, and drops whispers on such a stream although its name is signed and signed streams may be whispered on.',
    anycable:
      'Lets anybody read, and whisper on, every stream whose name they know, where public streams are on; and whoever has a signed name whisper on its stream, where ANYCABLE_STREAMS_WHISPER is on: leave that off where chats stream.',
    reason: 'Whoever knows a name could otherwise read another’s conversation, or put words into it.',
    seen: [
      {
        transcript: 'whisper/on-the-stream-of-a-chat',
        who: 'grace',
        embedded: [],
        anycable: [{ identifier: signedStream('chat/ada/1'), message: { forged: true } }],
      },
      {
        transcript: 'streams/public-names-of-a-chat',
        who: 'eve',
        embedded: CHAT_STREAMS.map((name) => rejected(publicStream(name))),
        anycable: CHAT_STREAMS.map((name) => confirmed(publicStream(name))),
      },
    ],
  },
  {
    id: 'malformed-broadcasts',
    title: 'Broadcasts that cannot be read',
    embedded: 'Answers 422 with what is wrong and where, and publishes nothing of the request.',
    anycable:
      'Answers 201 and publishes nothing, or, of a batch, what can be read; a message without data is published as an empty text.',
    reason: 'A publisher that is told 201 believes that its message is on the way.',
    seen: [
      noted('broadcast/malformed', times(9, { status: 422 }), times(9, { status: 201 })),
      noted('broadcast/data-that-is-no-text', [{ status: 422 }], [{ status: 201 }]),
      noted('broadcast/data-is-missing', [{ status: 422 }], [{ status: 201 }]),
      {
        transcript: 'broadcast/data-is-missing',
        who: 'ada',
        embedded: [streamed('broadcast/data-is-missing', { marker: 1 }, 1)],
        anycable: [
          streamed('broadcast/data-is-missing', '', 1),
          streamed('broadcast/data-is-missing', { marker: 1 }, 2),
        ],
      },
      noted('broadcast/batch', times(2, { status: 422 }), times(2, { status: 201 })),
      {
        transcript: 'broadcast/batch',
        who: 'ada',
        embedded: [streamed('broadcast/batch', { marker: 3 }, 22), streamed('broadcast/batch', { marker: 4 }, 23)],
        anycable: [
          streamed('broadcast/batch', { n: 1 }, 22),
          streamed('broadcast/batch', { n: 2 }, 23),
          streamed('broadcast/batch', { marker: 3 }, 24),
          streamed('broadcast/batch', { marker: 4 }, 25),
        ],
      },
      noted('disconnect/remote-malformed', times(3, { status: 422 }), times(3, { status: 201 })),
    ],
  },
  {
    id: 'methods-of-broadcasts',
    title: 'Broadcasts by another method than POST',
    embedded: 'Answers 405.',
    anycable: 'Answers 422.',
    reason: 'It is what HTTP has for that; neither publishes anything.',
    seen: [noted('broadcast/other-methods', times(3, { status: 405 }), times(3, { status: 422 }))],
  },
  {
    id: 'offsets-of-forgotten-streams',
    title: 'Positions in a stream that was forgotten',
    embedded: 'Goes on counting above every position that it ever gave in this epoch.',
    anycable: 'Begins again at 1 in the same epoch, when a stream was silent for ten times the history’s TTL.',
    reason: 'An old position would otherwise mean another message, and a client would miss some without noticing.',
    seen: [],
    test: 'test/unit/server/cable/history.test.ts',
  },
];

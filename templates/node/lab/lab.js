/** Puts the lab together: the buttons, the counts and the verdict of the chat, and the plain client beside it. */
import { inflict } from './faults.js';
import { PlainAnswer } from './plain-answer.js';
import { PlainCable } from './plain-cable.js';
import { PlainView } from './plain-view.js';
import { canJudge, judge } from './verdict.js';

const LONG = 'Write about 700 words about lighthouses.';
const LOOK_MS = 250;
/** When the end of the answer is known and the plain client has been silent this long, nothing more will come. */
const SILENCE_MS = 5_000;
const JUDGE_AGAIN_MS = 2_000;
const FINAL = new Set(['complete', 'stopped', 'failed']);

const number = new Intl.NumberFormat('en');
const encoder = new TextEncoder();
const place = (id) => document.getElementById(id);
const killButton = document.querySelector('[data-fault="kill-job"]');
const chat = document.querySelector('cable-chat');

const plainView = new PlainView({ text: place('plain-text'), verdict: place('plain-verdict') });
let plainCable;
let plainConversation;
let plainAnswer;
let plainHeardAt = 0;
/** The answer and text of the last verdict, and when it may be asked for. */
let judged = { id: '', text: '', notBefore: 0 };

/** The newest answer that the chat shows. */
function newestAnswer() {
  return chat.view?.messages.findLast(({ role }) => role === 'assistant');
}

function say(text) {
  place('said').textContent = text;
}

function write(id, text) {
  const element = place(id);
  if (element.textContent !== text) element.textContent = text;
}

// — The plain client ——————————————————————————————————————————————————————————————————————————————————————————

/** It listens to the conversation that the chat shows. */
function followConversation() {
  const conversation = chat.view?.conversationId;
  if (conversation === undefined || conversation === plainConversation) return;
  plainConversation = conversation;
  plainCable?.close();
  forgetPlain(undefined);
  const url = new URL('/cable', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const subscription = { channel: 'AssistantChannel', conversation_id: conversation };
  plainCable = new PlainCable(url.href, subscription, receivePlain);
}

function forgetPlain(messageId) {
  plainAnswer = messageId === undefined ? undefined : new PlainAnswer(messageId);
  plainHeardAt = performance.now();
  plainView.clear();
}

function receivePlain(frame) {
  if (frame.type !== 'chunk' && frame.type !== 'complete') return;
  if (plainAnswer?.messageId !== frame.message_id) forgetPlain(frame.message_id);
  plainHeardAt = performance.now();
  if (frame.type === 'chunk') {
    plainView.append(plainAnswer.append(frame));
  } else {
    plainAnswer.isOver = true;
    plainAnswer.missed(frame.bytes);
  }
}

function countPlain(answer) {
  if (answer !== undefined && !FINAL.has(answer.status) && plainAnswer?.messageId !== answer.id) forgetPlain(answer.id);
  if (plainAnswer !== undefined && plainAnswer.messageId === answer?.id) {
    const isPast = FINAL.has(answer.status) && performance.now() - plainHeardAt > SILENCE_MS;
    if (!plainCable?.isConnected || isPast) plainAnswer.missed(encoder.encode(answer.text).length);
  }
  plainView.judge(plainAnswer, plainCable?.isConnected ?? false);
}

// — The chat ——————————————————————————————————————————————————————————————————————————————————————————————————

function count() {
  const { stats } = chat;
  if (stats === undefined) return;
  write('frames', number.format(stats.frames));
  write('duplicates', number.format(stats.duplicates));
  write('recovered', number.format(stats.recoveredBytes));
  write('reconnects', number.format(stats.reconnects));
}

function showVerdict(kind, text) {
  write('verdict', text);
  place('verdict').dataset.verdict = kind;
}

async function verify(answer) {
  if (answer === undefined) return showVerdict('none', 'Nothing asked yet.');
  if (!FINAL.has(answer.status))
    return showVerdict('none', 'The answer is being written. The verdict comes with its end.');
  if (!canJudge) return showVerdict('none', 'The verdict needs https, or this machine’s own address.');
  const isJudged = judged.id === answer.id && judged.text === answer.text;
  if (isJudged || performance.now() < judged.notBefore) return;
  judged = { id: answer.id, text: answer.text, notBefore: performance.now() + JUDGE_AGAIN_MS };
  try {
    const verdict = await judge(answer, AbortSignal.timeout(JUDGE_AGAIN_MS));
    // Another answer may be shown by now.
    if (judged.id === answer.id && judged.text === answer.text) showVerdict(verdict.kind, describe(verdict));
  } catch {
    // The server restarts, say. Asked again at the next look that may.
    judged = { ...judged, id: '' };
    showVerdict('none', 'The server cannot be asked for its text. Trying again.');
  }
}

function describe({ kind, status, bytes, shown, sha256 }) {
  if (kind === 'different') {
    return `Not the stored text: ${number.format(shown)} bytes are shown, ${number.format(bytes)} are stored, and they differ.`;
  }
  const proof = `The stored text, byte for byte: ${number.format(bytes)} bytes, SHA-256 ${sha256.slice(0, 12)}…`;
  if (status === 'failed') return `${proof} The answer itself was broken off; it can be asked for again.`;
  return status === 'stopped' ? `${proof} You stopped it there.` : proof;
}

// — The page ——————————————————————————————————————————————————————————————————————————————————————————————————

function look() {
  const answer = newestAnswer();
  const isOpen = answer !== undefined && !FINAL.has(answer.status);
  killButton.setAttribute('aria-disabled', String(!isOpen));
  place('ask').setAttribute('aria-disabled', String(isOpen));
  followConversation();
  countPlain(answer);
  count();
  void verify(answer);
}

for (const button of document.querySelectorAll('[data-fault]')) {
  button.addEventListener('click', async () => {
    const answer = newestAnswer();
    if (button === killButton && (answer === undefined || FINAL.has(answer.status))) {
      say('No answer is being written. Ask for one first.');
      return;
    }
    say(await inflict(button.dataset.fault, button === killButton ? answer.id : undefined));
  });
}

place('ask').addEventListener('click', () => {
  try {
    chat.ask(LONG);
    say('');
  } catch (error) {
    say(error.message);
  }
});

await customElements.whenDefined('cable-chat');
setInterval(look, LOOK_MS);
look();

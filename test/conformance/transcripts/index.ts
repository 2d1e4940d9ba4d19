import type { Topic } from '../transcript.js';
import { broadcast } from './broadcast.js';
import { connect } from './connect.js';
import { disconnect } from './disconnect.js';
import { history } from './history.js';
import { input } from './input.js';
import { perform } from './perform.js';
import { presence } from './presence.js';
import { resume } from './resume.js';
import { streams } from './streams.js';
import { subscribe } from './subscribe.js';
import { token } from './token.js';
import { whisper } from './whisper.js';

export const topics: readonly Topic[] = [
  connect,
  subscribe,
  perform,
  broadcast,
  history,
  resume,
  presence,
  whisper,
  streams,
  token,
  input,
  disconnect,
];

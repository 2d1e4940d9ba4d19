import { openDeepChat } from '../deep-chat.js';

export const open = openDeepChat(true);

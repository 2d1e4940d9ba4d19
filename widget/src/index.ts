/** `cable-chat`: registers `<cable-chat>`. The only module of the widget that does something by being imported. */
import { defineElements } from './elements/define.js';

export * from './elements.js';
export { AssistantChannel, type AssistantChannelOptions } from './assistant-channel.js';

defineElements();

/** How the process of the engine learns where the templates lie. */
export const TEMPLATES_VARIABLE = 'CREATE_CABLE_CHAT_TEMPLATES';

/** Its last line where all went well: its exit code says nothing. */
export const RENDERED = 'create-cable-chat: rendered';

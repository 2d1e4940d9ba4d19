import { hasAnyCableClient } from '../facts.js';
import type { Rule } from '../rule.js';
import { callsOf } from '../sources/script.js';

export const unsignedStream: Rule = {
  name: 'unsigned-stream',
  why: 'streamFrom takes any name, so it works only where streams are public: anybody may listen to anybody. Where they are not, it is refused.',
  mend: 'cable.streamFromSigned(name), with signed_stream_name("…") from Rails',
  find(app) {
    if (!hasAnyCableClient(app)) return [];
    return app.scripts.flatMap((file) =>
      callsOf(file)
        .filter(({ name, object }) => name === 'streamFrom' && object !== undefined)
        .map(({ line }) => ({ file: file.path, line, what: 'The page subscribes to a stream by its plain name.' })),
    );
  },
};

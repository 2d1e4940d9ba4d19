import { isHttpCall, isModelCall } from '../answers.js';
import { channelsOf, reachedFrom } from '../channels.js';
import type { Rule } from '../rule.js';
import { walk } from '../sources/ruby-tree.js';

export const modelCallInAction: Rule = {
  name: 'model-call-in-action',
  why: "A channel's action that runs longer than 3 s is cut off under AnyCable's HTTP RPC, and what it would have transmitted never arrives; under gRPC it blocks that visitor's next command. A deploy kills it in mid-answer.",
  mend: 'Enqueue a job in the action, and let the job ask the model and broadcast the pieces',
  find(app) {
    return channelsOf(app).flatMap(({ file, methods }) =>
      methods
        .filter(({ isPublic }) => isPublic)
        .flatMap((method) =>
          reachedFrom(method, methods)
            .flatMap(({ body }) => [...walk(body)])
            .filter((node) => isModelCall(node, methods) || isHttpCall(node))
            // One finding for `client.chat.completions.create`.
            .slice(0, 1)
            .map(({ line }) => ({ file, line, what: `The action ${method.name} waits for a language model.` })),
        ),
    );
  },
};

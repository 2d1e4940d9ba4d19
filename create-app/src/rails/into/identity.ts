import type { AppFacts } from './facts.js';

/** How each way of signing in is asked who somebody is, with nothing but a request. */
const lookups: Readonly<Record<Exclude<AppFacts['auth'], 'none'>, string>> = {
  devise: 'user = request.env["warden"]&.user',
  rails: 'user = Session.find_by(id: request.cookie_jar.signed[:session_id])&.user',
  password: 'user = User.find_by(id: request.session[:user_id]) if request.session[:user_id]',
};

const SIGNED_IN = /^( *)def signed_in\(\w+\)\n(?:.*\n)*?\1end\n/m;

/** The app's own way of signing in, put into the template's identity.rb. */
export function completeIdentity(text: string, auth: AppFacts['auth']): string {
  if (auth === 'none') return text;
  return text.replace(
    SIGNED_IN,
    (_, indent: string) =>
      `${indent}def signed_in(request)\n${indent}  ${lookups[auth]}\n${indent}  Visitor.user(user) if user\n${indent}end\n`,
  );
}

# frozen_string_literal: true

# Brings the chat into a Rails app by Rails' own command:
#
#   bin/rails app:template LOCATION=https://unpkg.com/create-cable-chat/rails-template.rb
#   CABLE_CHAT_OPTIONS="--skip" bin/rails app:template LOCATION=node_modules/create-cable-chat/rails-template.rb
#
# It runs `npm create cable-chat@latest .`, or the package that this file lies in. Options: npm create cable-chat@latest -- --help
require "shellwords"

beside = File.expand_path("dist/cli.js", File.dirname(__FILE__))
command = File.exist?(beside) ? [ "node", beside ] : %w[npm create --yes cable-chat@latest --]
options = Shellwords.split(ENV["CABLE_CHAT_OPTIONS"].to_s)

done = Bundler.with_unbundled_env { system(*command, "--into", destination_root, *options) }
abort "There is no `#{command.first}` on this machine: Node 20.19 or newer is needed." if done.nil?
exit 1 unless done

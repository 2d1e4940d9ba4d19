# frozen_string_literal: true

module CableChat
  # The frames that tell the state of messages. Each is one frame of bounded size.
  module Snapshot
    module_function

    # The present state of some messages, for an acknowledgement or a broadcast: neither `covers` nor `more`.
    def of(conversation_id, messages)
      page = SnapshotPage.new(conversation_id)
      messages.each { |message| page.add(message) }
      page.frame
    end

    # The answer to `resume`, oldest first. A long answer's text may be cut, as the next resume names it in its cursors; but no
    # message is skipped: where the room ends, `covers` ends, and `more` asks for another resume.
    #
    # messages: everything wanted, oldest first, and without holes in the range from low to high. low: 0 if nothing is older.
    # beyond: there are messages after high.
    def resume(conversation_id, messages:, cursors:, low:, high:, beyond:)
      texts = Text.new(messages.reject { |message| cursors.key?(message.id) }, budget: CableChat.config.snapshot_bytes)
      page = SnapshotPage.new(conversation_id, texts: texts, widest: { covers: [ high, high ], more: false })
      more = beyond
      messages.each do |message|
        fit = page.add(message, from: message.answer? ? cursors.fetch(message.id, 0) : 0)
        next if fit == :whole

        more = true
        next if fit == :cut # whatever follows finds no room, and ends the range before itself

        high = [ high, message.position - 1 ].min
        break
      end
      # A range that is empty says nothing: there is nothing new, or the room ended among the older answers that were named.
      high < low ? page.frame(more: more) : page.frame(covers: [ low, high ], more: more)
    end

    # The answer to `history`: the newest messages before a position, as many as fit. messages: newest first. oldest: there is
    # nothing before the last of them.
    def history(conversation_id, messages:, before:, oldest:)
      texts = Text.new(messages, budget: CableChat.config.snapshot_bytes)
      page = SnapshotPage.new(conversation_id, texts: texts, widest: { covers: [ before, before ] })
      fitting = messages.take_while { |message| page.add(message, cut: page.empty?) != :none }
      low = oldest && fitting.size == messages.size ? 0 : fitting.last&.position || before
      low < before ? page.frame(newest_first: true, covers: [ low, before - 1 ]) : page.frame(newest_first: true)
    end
  end
end

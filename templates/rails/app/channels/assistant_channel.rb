# frozen_string_literal: true

# What <cable-chat> talks to. Actions of your own may stand beside those of the concern.
class AssistantChannel < ApplicationCable::Channel
  include CableChat::ConversationChannel
end

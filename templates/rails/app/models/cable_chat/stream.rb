# frozen_string_literal: true

module CableChat
  # What everybody who listens to a conversation hears.
  module Stream
    module_function

    # The name has the visitor in it: whoever subscribes to somebody else's conversation listens to a stream that is silent.
    def name_for(visitor, conversation_id)
      name(visitor.id, conversation_id)
    end

    # Only after the commit of what the frame says. A frame that is lost on its way is made good by the next `resume`; so a
    # broadcast that fails is reported, and what comes after it happens in any case.
    def broadcast(owner, frame)
      unbatched { ActionCable.server.broadcast(name(owner, frame[:conversation_id]), frame) }
    rescue StandardError => error
      Rails.error.report(error, handled: true, context: { conversation_id: frame[:conversation_id], frame: frame[:type] })
    end

    def name(owner, conversation_id)
      "cable_chat:#{owner}:#{conversation_id}"
    end
    private_class_method :name

    # With batch_broadcasts, AnyCable would send nothing before the job is over.
    def unbatched(&block)
      batched = defined?(AnyCable) && AnyCable.config.try(:batch_broadcasts?)
      batched ? AnyCable.broadcast_adapter.batching(false, &block) : yield
    end
    private_class_method :unbatched
  end
end

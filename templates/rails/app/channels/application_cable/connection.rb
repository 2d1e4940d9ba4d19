# frozen_string_literal: true

module ApplicationCable
  class Connection < ActionCable::Connection::Base
    include CableChat::Identification

    def connect
      identify_visitor
    end
  end
end
